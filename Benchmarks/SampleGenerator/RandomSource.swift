/// Random integers that depend on the seed alone (SplitMix64), so that every machine makes the same sample.
struct RandomSource {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Uniform in 0..<bound; the bias of the multiply-shift is below 2^-32 for the small bounds used here.
  mutating func below(_ bound: Int) -> Int {
    Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  mutating func chance(_ numerator: Int, in denominator: Int) -> Bool { below(denominator) < numerator }

  /// Exponential with the given mean, in integers: -ln(u) = ln 2 × (leading zeros + 1 - log2(1 + f)), with log2(1 + f)
  /// taken as f, which is off by at most 0.086.
  mutating func exponential(mean: Int) -> Int {
    let bits = next() | 1
    let zeros = bits.leadingZeroBitCount
    let fraction = Int((bits << UInt64(zeros + 1)) >> 48)
    let logarithm = (zeros + 1) * 65_536 - fraction
    // 45426 / 65536 = ln 2.
    return mean * logarithm / 65_536 * 45_426 / 65_536
  }

  /// How often a coin of probability numerator/denominator comes up before it first does not.
  mutating func geometric(_ numerator: Int, in denominator: Int, atMost limit: Int) -> Int {
    var count = 0
    while count < limit, chance(numerator, in: denominator) { count += 1 }
    return count
  }
}
