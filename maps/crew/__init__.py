"""How a work stands for its crew, and what became of the reports that the crew sent."""
