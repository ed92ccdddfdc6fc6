import Strategies

extension StrategyRegistry {
  /// What every program has. Written out one by one, so that the engine is specialised for each.
  public static let builtIn: [StrategyEntry] = [.of(GridMaker.self)]
}
