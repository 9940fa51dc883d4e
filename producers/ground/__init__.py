"""The basemap: from files a city has, one PMTiles archive that is drawn under the live map."""
