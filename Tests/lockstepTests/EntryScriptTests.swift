import Foundation
import Testing

/// The script at the root, with a compiler that only says that it was called.
@Suite("The entry script")
struct EntryScriptTests {
  @Test("It builds when a source is new, gone, changed or set back in time, and not otherwise")
  func builds() throws {
    let folder = try ScratchFolder()
    let files = FileManager.default
    for name in ["bin", "Sources/A"] {
      try files.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
    }
    func write(_ name: String, _ text: String) throws {
      try text.write(toFile: folder.path(name), atomically: true, encoding: .utf8)
    }
    try files.copyItem(
      at: Binary.repository.appendingPathComponent("lockstep"), to: URL(fileURLWithPath: folder.path("lockstep")))
    try write("Package.swift", "// a package")
    for name in ["A/one.swift", "A/two.swift"] { try write("Sources/\(name)", "// a source") }
    try write(
      "bin/swift",
      """
      #!/bin/sh
      [ "$1" = --version ] && { echo 'Swift version 6.3.1'; exit; }
      root=$(dirname "$0")/..
      mkdir -p "$root/.build/release"
      printf '#!/bin/sh\\necho ran "$@"\\n' > "$root/.build/release/lockstep"
      chmod +x "$root/.build/release/lockstep"
      echo BUILT >&2
      """)
    try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path("bin/swift"))
    let path = "\(folder.path("bin")):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
    func isBuilt() throws -> Bool {
      let outcome = try Binary.run(
        URL(fileURLWithPath: folder.path("lockstep")), words: ["one", "two words"], environment: ["PATH": path])
      #expect(outcome.code == 0 && outcome.output == "ran one two words\n", "\(outcome.messages)")
      return outcome.messages.contains("BUILT")
    }
    // On a machine that lacks packages the script would install them; that is no matter of a test.
    let first = try Binary.run(
      URL(fileURLWithPath: folder.path("lockstep")), words: [], environment: ["PATH": path])
    guard first.messages.contains("BUILT") else { return }
    #expect(try !isBuilt())
    let old = [FileAttributeKey.modificationDate: Date(timeIntervalSince1970: 1_000_000_000)]
    try files.setAttributes(old, ofItemAtPath: folder.path("Sources/A/one.swift"))
    #expect(try isBuilt() && !isBuilt())
    try files.removeItem(atPath: folder.path("Sources/A/two.swift"))
    #expect(try isBuilt() && !isBuilt())
    try write("Sources/A/three.swift", "// new")
    #expect(try isBuilt() && !isBuilt())
    try files.setAttributes(old, ofItemAtPath: folder.path("bin/swift"))
    #expect(try isBuilt() && !isBuilt())
  }
}
