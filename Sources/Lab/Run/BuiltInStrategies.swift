import Strategies

extension StrategyRegistry {
  /// What every program has: the entries of `StrategyCatalogue.builtIn`, whose names a test compares.
  ///
  /// Written out one by one, so that the engine is specialised for each; through the catalogue's existentials it would run
  /// unspecialised code.
  public static let builtIn: [StrategyEntry] = [
    .of(NullStrategy.self), .of(BuyAndHold.self), .of(MovingAverageCross.self), .of(MeanReversion.self),
    .of(Momentum.self), .of(OrderBookImbalance.self), .of(Pairs.self), .of(FixedSpreadMaker.self),
    .of(GridMaker.self), .of(AvellanedaStoikov.self), .of(TWAP.self), .of(VWAP.self), .of(POV.self),
    .of(AlmgrenChriss.self), .of(Iceberg.self),
  ]
}
