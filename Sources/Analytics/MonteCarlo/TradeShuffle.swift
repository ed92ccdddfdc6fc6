import Numerics

/// Paths made by putting a strategy's trades into random order: the end is the same (up to sizing), the way there is not.
/// Says nothing about another sample of trades; use resampling for that.
public struct TradeShuffle: PathSource {
  private let trades: [Double]
  private let startingCapital: Double?
  public var steps: Int { trades.count }
  public var schemes: Set<SamplingScheme> { [.pseudorandom] }

  /// Trades that return a fraction of the capital at the time, compounded.
  public init(tradeReturns: [Double]) throws(MonteCarloError) {
    try MonteCarloError.checkReturns(tradeReturns, series: "trades")
    trades = tradeReturns.map { Elementary.logOnePlus($0) }
    startingCapital = nil
  }

  /// Trades of fixed size that earn or lose amounts of money, added to a starting capital. A path that loses all its
  /// capital stays at a trace of it.
  public init(tradeProfits: [Double], startingCapital: Double) throws(MonteCarloError) {
    try MonteCarloError.require(startingCapital, in: 1e-50...1e50, "trades", "starting capital")
    try MonteCarloError.require(tradeProfits.count >= 2, "trades", "at least 2 trades are needed")
    if let row = tradeProfits.firstIndex(where: { !(abs($0) <= 1e50) }) {
      throw MonteCarloError(series: "trades", row: row, reason: "the profit is \(tradeProfits[row])")
    }
    trades = tradeProfits
    self.startingCapital = startingCapital
  }

  public func fill(
    block: UInt64, seed: UInt64, scheme: SamplingScheme, logReturns: UnsafeMutableBufferPointer<Double>,
    simpleReturns: UnsafeMutableBufferPointer<Double>?
  ) {
    let stream = RandomStream(seed: seed, stream: 0xE0_0000)
    var order = trades
    for lane in 0..<PathBlock.lanes {
      let first = (block &* UInt64(PathBlock.lanes) &+ UInt64(lane)) &* UInt64(steps)
      for index in order.indices { order[index] = trades[index] }
      for index in stride(from: steps - 1, to: 0, by: -1) {
        order.swapAt(index, stream.integer(at: first &+ UInt64(index), below: index + 1))
      }
      var capital = startingCapital ?? 1
      let trace = capital * 1e-9
      for index in 0..<steps {
        guard startingCapital != nil else {
          logReturns[index * PathBlock.lanes + lane] = order[index]
          continue
        }
        // Once ruined, always ruined: later wins do not bring an account back.
        let next = capital <= trace ? capital : max(capital + order[index], trace)
        logReturns[index * PathBlock.lanes + lane] = Elementary.log(next / capital)
        capital = next
      }
    }
    fillSimpleReturns(from: logReturns, into: simpleReturns)
  }
}
