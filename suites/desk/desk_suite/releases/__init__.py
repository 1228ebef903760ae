"""Six agents, each building on the former: what each adds stands in its own file."""
