import BenchmarkHarness

let runner = BenchmarkRunner()
