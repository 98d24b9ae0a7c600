"""Language models: the contract, the records, the pipeline around every call, and the kernel's own providers."""
