import BenchmarkHarness
import Numerics

var runner = BenchmarkRunner()
let isTiny = runner.options.isTiny

do {
  let count = 4096
  let rounds = isTiny ? 4 : 20_000
  var buffer = [Double](repeating: 0, count: count)
  runner.measure("normals, counter-based", items: count * rounds, unit: "normals") {
    var hash: UInt64 = 0
    let stream = RandomStream(seed: 1)
    for round in 0..<rounds {
      buffer.withUnsafeMutableBufferPointer {
        stream.fillNormals(into: $0, startingAt: UInt64(round * count))
      }
      hash = hash &* 31 &+ buffer[round % count].bitPattern
    }
    return hash
  }
}
