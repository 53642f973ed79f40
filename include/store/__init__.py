"""The only code that talks SQL: prices in, features and markers out."""
