"""The page that learns a scanner by one printed sheet, for leads and managers."""
