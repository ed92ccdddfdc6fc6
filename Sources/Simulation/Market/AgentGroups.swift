import MarketTypes
import Numerics

/// The agents of one kind that take liquidity; they share a Poisson process of wake-ups.
struct TakerGroup {
  enum Kind { case momentum, meanReversion, fundamental }

  let kind: Kind
  let model: TakerModel
  let firstAgent: Int
  private(set) var nextWake = Int64.max
  /// Exponential average of the middle over the look-back, updated at wake-ups.
  private var average = 0.0
  private var averageTime: Int64 = .min

  init(kind: Kind, model: TakerModel, firstAgent: Int) {
    self.kind = kind
    self.model = model
    self.firstAgent = firstAgent
  }

  mutating func schedule(from time: Int64, _ draws: inout DrawSequence) {
    let rate = Double(model.count) * model.wakeRate
    nextWake = rate > 0 ? time + max(1, Int64(min(draws.exponential(mean: 1 / rate), 1e6) * 1e9)) : .max
  }

  /// Positive to buy, negative to sell, zero to wait, given the middle and the fundamental value.
  mutating func decision(middle: Double, value: Double, time: Int64) -> Int {
    let signal: Double
    switch kind {
    case .fundamental: signal = value - middle
    case .momentum, .meanReversion:
      if averageTime == .min || model.lookbackSeconds <= 0 {
        average = middle
      } else {
        let elapsed = Double(time - averageTime) * 1e-9
        average += (1 - Elementary.exp(-elapsed / model.lookbackSeconds)) * (middle - average)
      }
      averageTime = time
      signal = kind == .momentum ? middle - average : average - middle
    }
    if signal > model.threshold { return 1 }
    return signal < -model.threshold ? -1 : 0
  }
}

/// Market makers, each with two standing orders on its home venue.
struct MakerGroup {
  let model: MakerModel
  let firstAgent: Int
  let venueCount: Int
  private(set) var nextWake = Int64.max
  /// The standing orders of each maker, buy then sell; 0 for none known. And their prices.
  var orders: [UInt64]
  var prices: [Int32]
  /// When the order sent last reaches its venue: until then it is under way, not gone.
  var arrivals: [Int64]

  init(model: MakerModel, firstAgent: Int, venueCount: Int) {
    self.model = model
    self.firstAgent = firstAgent
    self.venueCount = venueCount
    orders = Array(repeating: 0, count: model.count * 2)
    prices = Array(repeating: 0, count: model.count * 2)
    arrivals = Array(repeating: .min, count: model.count * 2)
  }

  mutating func schedule(from time: Int64, _ draws: inout DrawSequence) {
    let rate = Double(model.count) * model.wakeRate
    nextWake = rate > 0 ? time + max(1, Int64(min(draws.exponential(mean: 1 / rate), 1e6) * 1e9)) : .max
  }

  func venue(of maker: Int) -> Int { maker % venueCount }
}

/// A large order in progress.
struct InstitutionState {
  let model: InstitutionModel
  private let begin: Int64
  private let end: Int64
  private(set) var nextSlice: Int64
  var remaining: Int64

  init(model: InstitutionModel, start: Int64) {
    self.model = model
    begin = start + Int64(model.startSecond * 1e9)
    end = start + Int64(model.endSecond * 1e9)
    nextSlice = begin
    remaining = model.quantity
  }

  /// The quantity to send now so that an even schedule is kept, and when to look again.
  mutating func slice() -> Int64 {
    let step = Int64(model.sliceSeconds * 1e9)
    let slicesLeft = max(1, (end - nextSlice + step - 1) / step)
    nextSlice = nextSlice + step >= end || remaining <= 0 ? .max : nextSlice + step
    return max(0, (remaining + slicesLeft - 1) / slicesLeft)
  }
}
