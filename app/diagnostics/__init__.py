"""The diagnosis of a school: four studies, the methodist's analysis and the risk profile the curator verifies."""
