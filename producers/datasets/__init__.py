"""Any dataset a city has, by one descriptor file each: what is read, what leaves, what not."""
