"""What `make` calls: finds, installs, starts, checks. Standard library only, for any Python from 3.9 on."""
