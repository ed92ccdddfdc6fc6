// swift-tools-version: 6.2
import PackageDescription

// One instruction set for every Swift and C target alike: mixing settings would change the calling convention of wide
// vectors between modules. AVX2 doubles to triples integer column kernels over the SSE2 default; see ARCHITECTURE.md.
#if arch(x86_64)
  let instructionSet = ["-march=x86-64-v3"]
#else
  let instructionSet: [String] = []
#endif

let commonSettings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
  .unsafeFlags(instructionSet.flatMap { ["-Xcc", $0] }),
]

/// What modules whose generic code and small functions other modules run in hot loops are built with.
let sharedCodeSettings: [SwiftSetting] = [
  // Generic hot loops (books, lanes) must be specialised for the observers and strategies of other modules. The default
  // mode leaves large functions generic: a replay with an empty observer ran at 53 instead of 75 M events/s.
  .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
  // That mode still keeps functions of more than 20 instructions in their module, even those marked for inlining: the desk,
  // the risk gate and the lanes' orders would be called through their borders for every order. And a `package import`
  // anywhere in a module ends sharing for most of it, without a word; .ci/check-sources refuses one.
  .unsafeFlags(["-Xllvm", "-cmo-function-size-limit=400"], .when(configuration: .release)),
]

/// What debug builds optimise too, its assertions kept: tests spend most of their time in books, columns and lanes, and in the
/// naive twins that these are compared with. Tests of the books took a quarter of the time for a tenth more of building.
let optimisedInDebugSettings: [SwiftSetting] = [
  .unsafeFlags(["-O", "-assert-config", "Debug"], .when(configuration: .debug))
]

/// A system library: a module map and a shim header under Sources/CLibraries, found through pkg-config.
func library(_ name: String, pkgConfig: String, debian: String) -> Target {
  .systemLibrary(
    name: name, path: "Sources/CLibraries/\(name)", pkgConfig: pkgConfig, providers: [.apt([debian])])
}

/// A Swift module of the house; `hot` ones mark every unsafe expression.
///
/// `sharesCode` ones give their functions to other modules for inlining and specialisation, and are optimised in debug builds
/// too. Only what runs for every event or order does: with all modules sharing, a build took half as much again and nothing
/// ran faster. `computes` ones are optimised in debug builds alone.
func module(
  _ name: String, imports: [Target.Dependency] = [], hot: Bool = false, sharesCode: Bool = false,
  computes: Bool = false,
  exclude: [String] = []
) -> Target {
  .target(
    name: name, dependencies: imports, exclude: exclude,
    swiftSettings: commonSettings + (sharesCode ? sharedCodeSettings : [])
      + (sharesCode || computes ? optimisedInDebugSettings : []) + (hot ? [.strictMemorySafety()] : []))
}

/// The tests of one module, together with the naive reference models.
func tests(
  of name: String, imports: [Target.Dependency] = [], exclude: [String] = [], resources: [Resource]? = nil
) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.init(stringLiteral: name), "TestSupport"] + imports,
    path: "Tests/\(name)Tests", exclude: exclude, resources: resources, swiftSettings: commonSettings)
}

/// One benchmark executable per area, over the small common harness.
func benchmark(_ name: String, imports: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: ["BenchmarkHarness"] + imports, path: "Benchmarks/\(name)",
    swiftSettings: commonSettings)
}

let benchmarks: [Target] = [
  benchmark("TickStoreBenchmarks", imports: ["MarketTypes", "TickStore"]),
  benchmark("TickImportBenchmarks", imports: ["MarketTypes", "TickStore", "TickImport"]),
  benchmark("OrderBooksBenchmarks", imports: ["MarketTypes", "OrderBooks", "TickStore", "TickImport"]),
  benchmark("AccountingBenchmarks", imports: ["MarketTypes", "Accounting"]),
  benchmark("MatchingBenchmarks", imports: ["MarketTypes", "OrderBooks"]),
  benchmark("SimulationBenchmarks", imports: ["MarketTypes", "Simulation"]),
  benchmark(
    "LaneBenchmarks",
    imports: [
      "MarketTypes", "OrderBooks", "TickStore", "RiskControls", "Execution", "Accounting", "Strategies", "Simulation",
    ]),
  benchmark("AnalyticsBenchmarks", imports: ["Analytics", "Numerics"]),
  benchmark("ReportingBenchmarks", imports: ["MarketTypes", "Numerics", "Reporting"]),
  benchmark("RiskBenchmarks", imports: ["Analytics", "Numerics"]),
  benchmark("ReportBenchmarks", imports: ["Reporting", "ReportSupport"]),
]

let package = Package(
  name: "lockstep",
  products: [
    // For strangers to load into the public matching-engine harness.
    .library(name: "MatchingHarnessAdapter", type: .dynamic, targets: ["MatchingHarnessAdapter"]),
    // What a package with its own strategies needs: the protocol, its vocabulary, and the whole command line.
    .library(
      name: "Lockstep",
      targets: [
        "MarketTypes", "Numerics", "OrderBooks", "RiskControls", "Accounting", "Execution", "Strategies", "Simulation",
        "Analytics", "Reporting", "Lab", "CommandLineInterface", "LockstepCommands",
      ]),
  ],
  targets: [
    // System libraries
    .systemLibrary(name: "CProcessor", path: "Sources/CLibraries/CProcessor"),
    .systemLibrary(name: "CVectorMath", path: "Sources/CLibraries/CVectorMath"),
    library("CArchive", pkgConfig: "libarchive", debian: "libarchive-dev"),
    library("CDeflate", pkgConfig: "libdeflate", debian: "libdeflate-dev"),
    library("CHDF5", pkgConfig: "hdf5", debian: "libhdf5-dev"),
    library("COpenBLAS", pkgConfig: "openblas", debian: "libopenblas-dev"),
    library("CSodium", pkgConfig: "libsodium", debian: "libsodium-dev"),
    library("CSQLite", pkgConfig: "sqlite3", debian: "libsqlite3-dev"),
    library("CZstd", pkgConfig: "libzstd", debian: "libzstd-dev"),
    // toml++ is headers of C++ only, so its border is a small C++ file instead of a shim.
    .target(
      name: "CToml", path: "Sources/CLibraries/CToml", cxxSettings: [.unsafeFlags(instructionSet)]),
    // Modules, in the order of the house table
    module("MarketTypes", hot: true, sharesCode: true),
    module("Numerics", imports: ["COpenBLAS", "CVectorMath"], computes: true),
    module("TickStore", imports: ["MarketTypes", "CZstd"], hot: true, sharesCode: true, exclude: ["FORMAT.md"]),
    module("TickImport", imports: ["MarketTypes", "TickStore", "CArchive"]),
    module("OrderBooks", imports: ["MarketTypes"], hot: true, sharesCode: true),
    module("RiskControls", imports: ["MarketTypes"], sharesCode: true),
    module("Accounting", imports: ["MarketTypes"], sharesCode: true, exclude: ["ACCOUNTING.md"]),
    module(
      "Execution", imports: ["MarketTypes", "Numerics", "OrderBooks", "RiskControls", "Accounting"], sharesCode: true),
    module(
      "Strategies",
      imports: ["MarketTypes", "Numerics", "OrderBooks", "RiskControls", "Accounting", "Execution"],
      sharesCode: true, exclude: ["STRATEGIES.md", "Documentation"]),
    module(
      "Simulation",
      imports: [
        "MarketTypes", "Numerics", "TickStore", "OrderBooks", "RiskControls", "Execution", "Accounting", "Strategies",
      ],
      sharesCode: true, exclude: ["Impact/IMPACT.md"]),
    module(
      "Analytics", imports: ["MarketTypes", "Numerics"], computes: true, exclude: ["ANALYTICS.md", "METRICS.md"]),
    module("Ledger", imports: ["CSodium"], exclude: ["FORMAT.md"]),
    module(
      "Reporting", imports: ["MarketTypes", "Numerics", "Analytics", "Ledger", "CHDF5", "CDeflate"],
      exclude: ["SCHEMA.md"]),
    module("Catalogue", imports: ["Ledger", "Reporting", "CSQLite"]),
    module(
      "Lab",
      imports: [
        "MarketTypes", "Numerics", "TickStore", "OrderBooks", "RiskControls", "Accounting", "Execution", "Strategies",
        "Simulation", "Analytics", "Ledger", "Reporting", "Catalogue", "CToml",
      ]),
    module("CommandLineInterface"),
    module(
      "LockstepCommands",
      imports: [
        "CommandLineInterface", "Accounting", "CProcessor", "Catalogue", "Ledger", "Lab", "MarketTypes", "OrderBooks",
        "Reporting", "Simulation", "Strategies", "TickStore", "TickImport",
      ]),
    .executableTarget(name: "lockstep", dependencies: ["LockstepCommands"], swiftSettings: commonSettings),
    // Support
    .target(
      name: "TestSupport", dependencies: ["MarketTypes", "Numerics", "OrderBooks", "Accounting", "Execution"],
      path: "Tests/TestSupport", swiftSettings: commonSettings + optimisedInDebugSettings),
    .target(
      name: "ReportSupport", dependencies: ["MarketTypes", "Reporting"], path: "Tests/ReportSupport",
      swiftSettings: commonSettings),
    .target(name: "BenchmarkHarness", path: "Benchmarks/Harness", swiftSettings: commonSettings),
    .systemLibrary(name: "MatchingHarnessABI", path: "Benchmarks/MatchingHarnessABI"),
    .target(
      name: "MatchingHarnessAdapter", dependencies: ["MarketTypes", "OrderBooks", "MatchingHarnessABI"],
      path: "Benchmarks/MatchingHarnessAdapter", swiftSettings: commonSettings + [.strictMemorySafety()]),
    // Tests
    tests(of: "MarketTypes"),
    tests(of: "Numerics"),
    tests(of: "TickStore", imports: ["MarketTypes"]),
    tests(of: "TickImport", imports: ["MarketTypes", "TickStore"], exclude: ["QUIRKS.md"]),
    tests(of: "OrderBooks", imports: ["MarketTypes", "TickStore", "TickImport"]),
    tests(of: "RiskControls", imports: ["MarketTypes"]),
    tests(of: "Accounting", imports: ["MarketTypes"]),
    tests(
      of: "Strategies",
      imports: ["MarketTypes", "RiskControls", "Execution", "Accounting", "Simulation", "Numerics"]),
    tests(
      of: "Simulation",
      imports: [
        "MarketTypes", "Numerics", "OrderBooks", "TickStore", "TickImport", "RiskControls", "Execution", "Accounting",
        "Strategies",
      ]),
    tests(of: "Analytics", imports: ["MarketTypes", "Numerics"]),
    tests(
      of: "Reporting", imports: ["MarketTypes", "Analytics", "Ledger", "ReportSupport"], exclude: ["browser", "Golden"]),
    tests(of: "Catalogue", imports: ["Analytics", "Ledger", "MarketTypes", "Reporting"]),
    tests(
      of: "Lab",
      imports: [
        "MarketTypes", "TickStore", "Accounting", "Execution", "Strategies", "Simulation", "Analytics", "Reporting",
        "Catalogue", "Ledger",
      ]),
    tests(of: "Ledger"),
    tests(of: "CommandLineInterface"),
    tests(of: "lockstep", imports: ["CommandLineInterface", "LockstepCommands", "MarketTypes", "TickStore"]),
    // Every benchmark is run with tiny parameters, so that none can rot.
    .testTarget(
      name: "BenchmarksTests", dependencies: benchmarks.map { .init(stringLiteral: $0.name) },
      path: "Tests/BenchmarksTests", swiftSettings: commonSettings),
  ] + benchmarks,
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx20
)

// A narrow build for work on one part: `LOCKSTEP_ONLY=Reporting,Analytics swift test` keeps only those modules, their tests
// and what these need.
if let only = Context.environment["LOCKSTEP_ONLY"], !only.isEmpty {
  let names = only.split(separator: ",").flatMap { [String($0), "\($0)Tests"] }
  var kept: Set<String> = []
  var waiting = package.targets.filter { names.contains($0.name) }
  while let target = waiting.popLast() {
    guard kept.insert(target.name).inserted else { continue }
    for dependency in target.dependencies {
      guard case .byNameItem(let name, _) = dependency else { continue }
      waiting += package.targets.filter { $0.name == name }
    }
  }
  package.targets.removeAll { !kept.contains($0.name) }
  package.products = []
}

// Fuzz targets are built apart and with libFuzzer's instrumentation: see .ci/fuzz-smoke.
if Context.environment["LOCKSTEP_FUZZ"] != nil {
  /// A folder Tests/Fuzz/NAME with a main.swift and a Corpus of seeds.
  func fuzz(_ name: String, imports: [Target.Dependency]) -> Target {
    .executableTarget(
      name: name, dependencies: ["FuzzSupport"] + imports, path: "Tests/Fuzz/\(name)", exclude: ["Corpus"],
      swiftSettings: commonSettings)
  }
  package.targets += [
    .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
    .target(
      name: "FuzzSupport", dependencies: ["CFuzzer"], path: "Tests/Fuzz/FuzzSupport", swiftSettings: commonSettings),
    fuzz("CommandLineFuzz", imports: ["CommandLineInterface"]),
    fuzz("DBNFuzz", imports: ["MarketTypes", "TickImport"]),
    fuzz("FormatsFuzz", imports: ["TickImport"]),
    fuzz("LedgerFuzz", imports: ["Ledger"]),
    fuzz("ResultFileFuzz", imports: ["Reporting"]),
    fuzz("RunFilesFuzz", imports: ["Catalogue", "Lab"]),
    fuzz("MatchingFuzz", imports: ["MarketTypes", "OrderBooks", "TestSupport"]),
    fuzz("ScenarioFuzz", imports: ["Lab"]),
    fuzz("TickFileFuzz", imports: ["TickStore"]),
  ]
}
