import MarketTypes

/// SplitMix64: the same messages on every machine.
struct Generator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// One message in 24 bytes, so that reading the workload costs little beside matching it.
struct Message: BitwiseCopyable {
  enum Kind: UInt8, BitwiseCopyable { case limit, immediate, cancel, amend }

  var identifier: UInt64
  var price: Int32
  var quantity: Int32
  var kind: Kind
  var side: Side
}

/// What a plain flow looks like.
struct Workload {
  var name: String
  var messages: Int
  /// Mean ticks between the middle and a new order.
  var width: Int
  /// Orders alive that the flow keeps near.
  var standing: Int
  /// Largest relative move of the middle over the run, up and down again; 0.6 is a swing of 60 %.
  var swing: Double
  var middle: Double = 33_504

  func make(seed: UInt64) -> [Message] {
    var random = Generator(state: seed)
    var result: [Message] = []
    result.reserveCapacity(messages)
    var alive: [(identifier: UInt64, side: Side, price: Int32, quantity: Int32)] = []
    var next: UInt64 = 1
    for number in 0..<messages {
      // A triangle wave of 20 periods carries the price through the whole swing and back.
      let phase = Double(number) * 20 / Double(messages)
      let wave = abs(2 * (phase - (phase + 0.5).rounded(.down))) * 2 - 1
      let centre = middle * (1 + swing * wave / 2)
      func place(_ side: Side) -> Int32 {
        // The sum of two uniform draws: most orders near the touch, some across it.
        let distance = Int.random(in: 0...width, using: &random) + Int.random(in: 0...width, using: &random) - width / 8
        return Int32(side == .buy ? centre - Double(distance) : centre + Double(distance))
      }
      let draw = Int.random(in: 0..<100, using: &random)
      let isFull = alive.count > standing
      if alive.isEmpty || draw < (isFull ? 42 : 58) {
        let side: Side = Bool.random(using: &random) ? .buy : .sell
        let price = place(side)
        let quantity = Int32.random(in: 1...100, using: &random)
        let isImmediate = Int.random(in: 0..<100, using: &random) < 15
        result.append(
          Message(
            identifier: next, price: price, quantity: quantity, kind: isImmediate ? .immediate : .limit, side: side))
        if !isImmediate { alive.append((next, side, price, quantity)) }
        next += 1
      } else {
        let index = Int.random(in: 0..<alive.count, using: &random)
        if draw >= 88 {
          let isReprice = Bool.random(using: &random)
          if isReprice { alive[index].price = place(alive[index].side) }
          alive[index].quantity += 1
          let order = alive[index]
          result.append(
            Message(
              identifier: order.identifier, price: order.price, quantity: order.quantity, kind: .amend,
              side: order.side))
        } else {
          let order = alive[index]
          alive[index] = alive[alive.count - 1]
          alive.removeLast()
          result.append(
            Message(identifier: order.identifier, price: 0, quantity: 0, kind: .cancel, side: order.side))
        }
      }
    }
    return result
  }
}
