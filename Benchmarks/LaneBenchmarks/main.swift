import BenchmarkHarness

// One replay with many lanes: LaneBenchmarks [FILE.ticks] [options]; without a file, a simulated day.
//
// A grid maker decides every 100 ms, 0.5 ms to the venue and back, fees, the risk gate and accounting on; decoding and
// books included. Without a file, a moving-average cross also trades on a million bars with 100 parameter sets.
//
//   --lanes 1,16                      how many
//   --feed, --order, --acknowledgement NANOSECONDS
//   --queue risk-averse               the model for level data
//   --half-spread 2 --skew 0 ...      a parameter of the grid maker for all lanes
//   --fills FILE.csv                  write every fill instead of measuring
//   --closes FILE --returns FILE      only the bars: closing prices (32-bit counts of ticks), and where results go

var runner = BenchmarkRunner()
let options = try LaneOptions(runner.options)
if options.closes == nil { try GridSweep.measure(options, runner: &runner) }
if options.fills == nil, options.ticks.isEmpty { try BarSweep.measure(options, runner: &runner) }
