"""What each kind of document may hold: pydantic shapes at the edge, one module per family, and the check against them."""
