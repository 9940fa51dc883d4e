"""The figures the README quotes, measured."""
