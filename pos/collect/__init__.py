"""What is collected here: bring it, hand it out, receive it, put it on a shelf, send it back."""
