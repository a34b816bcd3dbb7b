"""The tour: real touches and scanner keystrokes through till and kiosk, online and with the hub gone."""
