import Numerics

/// Scrambled Sobol points turned into Brownian increments.
///
/// Node n of the bridge and factor f take dimension n × factors + f, so that the first dimensions, whose points are the most
/// even, carry the ends of all factors' paths, then their middles, and so on. What lies beyond the 256 dimensions of the
/// direction numbers is pseudorandom: the finest steps, which carry the least variance.
enum QuasiNormals {
  static func fill(
    _ values: UnsafeMutableBufferPointer<Double>, steps: Int, factor: Int, of factors: Int, point: UInt64, seed: UInt64
  ) {
    let lanes = PathBlock.lanes
    let bridge = BrownianBridge(steps: steps)
    var standard = [Double](repeating: 0, count: steps * lanes)
    fillUniforms(&standard, steps: steps, factor: factor, of: factors, point: point, seed: seed)
    for index in standard.indices { standard[index] = SpecialFunctions.normalQuantile(standard[index]) }
    bridge.increments(of: standard, lanes: lanes, into: values)
  }

  /// Uniforms between 0 and 1, both excluded, of one factor: step n takes dimension n × factors + f.
  static func fillUniforms(
    _ values: inout [Double], steps: Int, factor: Int, of factors: Int, point: UInt64, seed: UInt64
  ) {
    let lanes = PathBlock.lanes
    let scrambles = RandomStream(seed: seed, stream: 0xB0_0000 + UInt64(factor))
    let rest = RandomStream(seed: seed, stream: 0xC0_0000 + UInt64(factor))
    for index in 0..<steps {
      let dimension = index * factors + factor
      guard dimension < Sobol.dimensionLimit else {
        for lane in 0..<lanes {
          let place = (point &* UInt64(steps) &+ UInt64(index)) &* 16 &+ UInt64(lane)
          values[index * lanes + lane] = rest.uniform(at: place)
        }
        continue
      }
      let raw = Sobol.point(UInt32(truncatingIfNeeded: point), dimension: dimension)
      for lane in 0..<lanes {
        let key = scrambles.bits(at: UInt64(index * lanes + lane))
        let scrambled = Sobol.owenScramble(raw, key: UInt32(truncatingIfNeeded: key))
        values[index * lanes + lane] = (Double(scrambled) + 0.5) * 0x1p-32
      }
    }
  }
}

/// The order in which a Brownian path is built from its end inwards, so that the first dimensions carry most variance.
struct BrownianBridge {
  struct Node {
    var position: Int
    /// Neighbours already known; −1 is the origin.
    var left: Int
    var right: Int
    var leftWeight: Double
    var rightWeight: Double
    var deviation: Double
  }

  let nodes: [Node]
  let steps: Int

  init(steps: Int) {
    self.steps = steps
    var nodes: [Node] = []
    if steps > 0 {
      nodes.append(
        Node(
          position: steps - 1, left: -1, right: -1, leftWeight: 0, rightWeight: 0, deviation: Double(steps).squareRoot()
        ))
    }
    // Intervals (left, right] with both ends known, widest first.
    var queue = [(-1, steps - 1)]
    var head = 0
    while head < queue.count {
      let (left, right) = queue[head]
      head += 1
      guard right - left >= 2 else { continue }
      let middle = left + (right - left) / 2
      let before = Double(middle - left)
      let after = Double(right - middle)
      nodes.append(
        Node(
          position: middle, left: left, right: right, leftWeight: after / (before + after),
          rightWeight: before / (before + after), deviation: (before * after / (before + after)).squareRoot()))
      queue.append((left, middle))
      queue.append((middle, right))
    }
    self.nodes = nodes
  }

  /// Increments with unit variance per step from the standard normals of each node.
  func increments(of standard: [Double], lanes: Int, into values: UnsafeMutableBufferPointer<Double>) {
    for (index, node) in nodes.enumerated() {
      for lane in 0..<lanes {
        let left = node.left < 0 ? 0 : values[node.left * lanes + lane]
        let right = index == 0 ? 0 : values[node.right * lanes + lane]
        values[node.position * lanes + lane] =
          node.leftWeight * left + node.rightWeight * right + node.deviation * standard[index * lanes + lane]
      }
    }
    for step in (1..<max(steps, 1)).reversed() {
      for lane in 0..<lanes { values[step * lanes + lane] -= values[(step - 1) * lanes + lane] }
    }
  }
}
