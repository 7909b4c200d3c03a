"""The public Python interface where it is more than a name of an inner module: runs are started and opened here."""
