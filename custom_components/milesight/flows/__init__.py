"""Parts of the configuration flows: server addresses, and the subentry of corrections."""
