"""Stories of a till whose card terminal speaks nexo Sale to POI."""
