import Accounting
import Execution
import MarketTypes

/// A lane's money rebuilt from its fills, in exact integers until it is read.
struct LaneAccount {
  private var ledgers: [PositionLedger]
  private let values: [Double]
  private let capital: Double
  private let fees: FeeTerms

  init(capital: Double, fees: FeeTerms, instruments: [Instrument]) {
    self.capital = capital
    self.fees = fees
    values = instruments.map(\.tickLotValue)
    ledgers = Array(repeating: PositionLedger(), count: instruments.count)
  }

  mutating func book(_ fill: LaneFill) {
    ledgers[Int(fill.instrument)].book(
      sign: fill.side == .buy ? 1 : -1, price: fill.price, quantity: fill.quantity, feeRate: rate(of: fill))
  }

  private func rate(of fill: LaneFill) -> Int64 { fill.isMaker ? fees.makerRate : fees.takerRate }

  /// What a fill cost, in the account's currency.
  func fee(of fill: LaneFill) -> Double {
    Double(Int128(fill.price).magnitude) * Double(fill.quantity) * Double(rate(of: fill)) / 1e9
      * values[Int(fill.instrument)]
  }

  /// Money at one moment.
  struct State {
    var equity: Double
    var cash: Double
    var fees: Double
    var gross: Double
    var net: Double
  }

  /// Values everything at marks in half ticks, one an instrument; a position without a mark counts nothing.
  func state(marks: (Int) -> Int64) -> State {
    var state = State(equity: 0, cash: capital, fees: 0, gross: 0, net: 0)
    for (index, ledger) in ledgers.enumerated() {
      state.cash += Double(ledger.cash) * values[index]
      state.fees += Double(ledger.fees) / 1e9 * values[index]
      let mark = marks(index)
      guard mark != .min else { continue }
      let position = Double(Int128(ledger.lots) * Int128(mark)) / 2 * values[index]
      state.net += position
      state.gross += position.magnitude
    }
    state.cash -= state.fees
    state.equity = state.cash + state.net
    return state
  }

  func lots(_ instrument: Int) -> Int64 { ledgers[instrument].lots }
}
