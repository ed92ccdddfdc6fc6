// swift-tools-version: 6.2
import PackageDescription

// The same instruction set as Lockstep itself: the engine is specialised for each strategy here, and mixed instruction sets
// pass wide vectors differently.
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
      swiftSettings: [.unsafeFlags(flags)])
  ],
  swiftLanguageModes: [.v6])
