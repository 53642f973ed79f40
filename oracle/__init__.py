"""The contract, written down a second time: slow, plain, and sharing no code with the stages."""
