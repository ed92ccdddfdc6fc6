import Numerics

/// The value that fundamental traders believe in: a random walk on a grid of tenths of seconds whose volatility is itself
/// an exponential Ornstein-Uhlenbeck process, because the clustering of volatility comes with the news.
///
/// Shocks are functions of (seed, instrument, step), so instruments simulated on different threads share their common
/// part without talking to each other.
struct FundamentalValue {
  static let stepNanoseconds: Int64 = 100_000_000

  private let common: RandomStream
  private let own: RandomStream
  private let commonWeight: Double
  private let ownWeight: Double
  private let start: Int64
  private let volatilityStream: RandomStream
  private let memory: Double
  private let spread: Double
  private var logVolatility: Double
  private var step: Int64 = 0
  private(set) var value: Double

  init(market: MarketModel, index: Int) {
    common = RandomStream(seed: market.seed, stream: 0)
    own = RandomStream(seed: market.seed, stream: UInt64(index) * 2 + 2)
    let model = market.instruments[index]
    let deviation = model.fundamentalVolatility * 0.1.squareRoot()
    commonWeight = deviation * market.fundamentalCorrelation.squareRoot()
    ownWeight = deviation * (1 - market.fundamentalCorrelation).squareRoot()
    start = market.startNanoseconds
    // Streams above those of flow and shocks, which use 2 i + 1 and 2 i + 2.
    volatilityStream = RandomStream(seed: market.seed, stream: 1 << 40 | UInt64(index))
    memory = Elementary.exp(-0.1 / model.volatilityMemorySeconds)
    spread = model.volatilitySpread
    logVolatility = spread * volatilityStream.normal(at: 0)
    value = Double(model.openingPriceTicks)
  }

  /// The value at a time that does not run backwards, in ticks, between one and a billion, whatever the volatility.
  @inline(__always)
  mutating func value(at time: Int64) -> Double {
    let target = (time - start) / Self.stepNanoseconds
    if target > step { advance(to: target) }
    return value
  }

  @inline(never)
  private mutating func advance(to target: Int64) {
    while step < target {
      step += 1
      let index = UInt64(step)
      // Centred so that the mean square of the volatility is what the model states.
      let factor = spread > 0 ? Elementary.exp(logVolatility - spread * spread) : 1
      value += factor * (commonWeight * common.normal(at: index) + ownWeight * own.normal(at: index))
      logVolatility =
        memory * logVolatility + (1 - memory * memory).squareRoot() * spread * volatilityStream.normal(at: index)
      value = min(max(1, value), 1e9)
    }
  }
}
