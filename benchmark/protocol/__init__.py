"""The folder of protocols, see `benchmark.protocol.case` and `benchmark.protocol.protocol`."""
