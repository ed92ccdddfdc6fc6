import Analytics
import MarketTypes

extension RunResult {
  /// What each instrument's values, as `TradedInstrument` counts them at the first rate of their currency, are worth by the rate
  /// in force at a row of the account, as multiples: ones unless a rate changed, and of what was not held then.
  ///
  /// Rates are no part of a result, but what they made of the positions is. The gains of a position that closing would realise
  /// over the same gains by ticks are its multiple; of one that stands where it was bought, what the others leave of gross
  /// exposure. Should they not make the net exposure, all have the multiple that makes the gross one.
  func worths(atRow row: Int) -> [Double] {
    let count = instruments.count
    let ones = [Double](repeating: 1, count: count)
    guard account.lots.count == account.times.count * count, account.markHalfTicks.count == account.lots.count,
      account.grossExposure.indices.contains(row), account.netExposure.indices.contains(row)
    else { return ones }
    let traded = instruments.map { TradedInstrument($0) }
    var values = [Double](repeating: 0, count: count)
    for instrument in 0..<count {
      let place = row * count + instrument
      guard account.lots[place] != 0, account.markHalfTicks[place] != .min else { continue }
      values[instrument] = traded[instrument].value(
        halfTicks: account.markHalfTicks[place], lots: account.lots[place])
    }
    let (gross, net) = (account.grossExposure[row], account.netExposure[row])
    func agree(_ worths: [Double]) -> Bool {
      let worth = zip(values, worths).map { $0 * $1 }
      return (worth.reduce(0) { $0 + $1.magnitude } - gross).magnitude <= 1e-6 * gross
        && (worth.reduce(0, +) - net).magnitude <= 1e-6 * gross
    }
    let size = values.reduce(0) { $0 + $1.magnitude }
    guard gross > 0, gross.isFinite, size > 0, size.isFinite, !agree(ones) else { return ones }
    var worths = ones
    var unknown: [Int] = []
    for instrument in 0..<count where values[instrument] != 0 {
      let place = row * count + instrument
      guard account.unrealised.count == account.lots.count, account.averageTicks.count == account.lots.count,
        instruments[instrument].settlement == .linear
      else {
        unknown.append(instrument)
        continue
      }
      let move = Double(account.markHalfTicks[place]) / 2 - account.averageTicks[place]
      let gain = move * traded[instrument].tick * traded[instrument].unitsPerLot * Double(account.lots[place])
      let worth = account.unrealised[place] / gain
      if move.magnitude >= 0.25, worth.isFinite, worth > 0 {
        worths[instrument] = worth
      } else {
        unknown.append(instrument)
      }
    }
    if !unknown.isEmpty {
      let open = unknown.reduce(0) { $0 + values[$1].magnitude }
      let known = zip(values, worths).reduce(0) { $0 + ($1.0 * $1.1).magnitude } - open
      for instrument in unknown { worths[instrument] = (gross - known) / open }
    }
    return agree(worths) ? worths : ones.map { $0 * gross / size }
  }
}
