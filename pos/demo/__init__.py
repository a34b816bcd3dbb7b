"""A whole store on one machine: hub, web channel, virtual devices, a till and a kiosk."""
