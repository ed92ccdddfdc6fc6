import Testing

@Suite struct MonteCarloTests {}
