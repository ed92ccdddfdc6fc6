import Analytics
import BenchmarkHarness
import Foundation
import Numerics

var runner = BenchmarkRunner()
/// Folds doubles into a hash of their bits.
func hash(_ values: Double...) -> UInt64 {
  values.reduce(14_695_981_039_346_656_037) { ($0 ^ $1.bitPattern) &* 1_099_511_628_211 }
}

/// Says the answer on standard error, so that a speed can be read beside what it computed.
func remark(_ name: String, _ answer: String) {
  FileHandle.standardError.write(Data("    \(name): \(answer)\n".utf8))
}

measureNormals(&runner)
measurePaths(&runner)
measureResampling(&runner)
measureScenarios(&runner)
measurePrograms(&runner)
