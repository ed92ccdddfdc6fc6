// swift-tools-version: 6.2
import PackageDescription

// The same instruction set and optimisation as Lockstep itself: the engine is specialised for each strategy, and mixed
// instruction sets would not fit together.
#if arch(x86_64)
  let flags = ["-Xcc", "-march=x86-64-v3"]
#else
  let flags: [String] = []
#endif

let package = Package(
  name: "own-strategy",
  dependencies: [.package(name: "lockstep", path: "../..")],
  targets: [
    .executableTarget(
      name: "own-strategy", dependencies: [.product(name: "Lockstep", package: "lockstep")],
      swiftSettings: [
        .unsafeFlags(flags),
        .unsafeFlags(
          ["-cross-module-optimization", "-Xllvm", "-cmo-function-size-limit=400"], .when(configuration: .release)),
      ])
  ],
  swiftLanguageModes: [.v6])
