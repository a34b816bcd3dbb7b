"""What must be right without a network: domain, protocol, local files, link and hub. No window, no device."""
