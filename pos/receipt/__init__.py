"""What is printed: documents that know no printer, and the texts of receipts."""
