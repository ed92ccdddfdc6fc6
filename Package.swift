// swift-tools-version: 6.2
import PackageDescription

// One instruction set for every Swift and C target alike: mixing settings would change the calling convention of wide
// vectors between modules. AVX2 doubles to triples integer column kernels over the SSE2 default; see ARCHITECTURE.md.
#if arch(x86_64)
  let instructionSet = ["-march=x86-64-v3"]
#else
  let instructionSet: [String] = []
#endif

/// Fuzzing builds instrument every module and add the fuzzers.
let isFuzzing = Context.environment["LOCKSTEP_FUZZ"] != nil

let commonSettings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
  .unsafeFlags(instructionSet.flatMap { ["-Xcc", $0] } + (isFuzzing ? ["-sanitize=fuzzer"] : [])),
]

/// A system library: a module map and a shim header under Sources/CLibraries, found through pkg-config.
func library(_ name: String, pkgConfig: String, debian: String) -> Target {
  .systemLibrary(
    name: name, path: "Sources/CLibraries/\(name)", pkgConfig: pkgConfig, providers: [.apt([debian])])
}

/// A Swift module of the house; `hot` ones mark every unsafe expression.
func module(_ name: String, imports: [Target.Dependency] = [], hot: Bool = false, exclude: [String] = []) -> Target {
  .target(
    name: name, dependencies: imports, exclude: exclude,
    swiftSettings: commonSettings + (hot ? [.strictMemorySafety()] : []))
}

/// The tests of one module, together with the naive reference models.
func tests(of name: String, imports: [Target.Dependency] = [], resources: [Resource]? = nil) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.init(stringLiteral: name), "TestSupport"] + imports,
    path: "Tests/\(name)Tests", resources: resources, swiftSettings: commonSettings)
}

/// One benchmark executable per area, over the small common harness.
func benchmark(_ name: String, imports: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: ["BenchmarkHarness"] + imports, path: "Benchmarks/\(name)",
    swiftSettings: commonSettings)
}

/// A libFuzzer executable, built only with LOCKSTEP_FUZZ set; its `main` starts the driver.
func fuzzer(_ name: String, imports: [Target.Dependency]) -> [Target] {
  guard isFuzzing else { return [] }
  return [
    .executableTarget(
      name: name, dependencies: imports, path: "Tests/Fuzz/\(name)",
      swiftSettings: commonSettings + [.unsafeFlags(["-parse-as-library"])],
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])])
  ]
}

let fuzzers: [Target] = [
  fuzzer("TickFileFuzzer", imports: ["TickStore"])
].flatMap { $0 }

let package = Package(
  name: "lockstep",
  targets: [
    // System libraries
    library("CZstd", pkgConfig: "libzstd", debian: "libzstd-dev"),
    // Modules, in the order of the house table
    module("MarketTypes", hot: true),
    module("TickStore", imports: ["MarketTypes", "CZstd"], hot: true, exclude: ["FORMAT.md"]),
    module("TickImport", imports: ["MarketTypes"]),
    // Support
    .target(
      name: "TestSupport", dependencies: ["MarketTypes"], path: "Tests/TestSupport", swiftSettings: commonSettings),
    .target(name: "BenchmarkHarness", path: "Benchmarks/Harness", swiftSettings: commonSettings),
    benchmark("TickStoreBenchmarks", imports: ["MarketTypes", "TickStore"]),
    // Tests
    tests(of: "MarketTypes"),
    tests(of: "TickStore", imports: ["MarketTypes"]),
  ] + fuzzers,
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx20
)
