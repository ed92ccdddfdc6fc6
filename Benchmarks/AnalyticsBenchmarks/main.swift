import Analytics
import BenchmarkHarness
import Numerics

var runner = BenchmarkRunner()
/// Folds doubles into a hash of their bits.
func hash(_ values: Double...) -> UInt64 {
  values.reduce(14_695_981_039_346_656_037) { ($0 ^ $1.bitPattern) &* 1_099_511_628_211 }
}

measureNormals(&runner)
measurePaths(&runner)
measureResampling(&runner)
measureScenarios(&runner)
measurePrograms(&runner)
