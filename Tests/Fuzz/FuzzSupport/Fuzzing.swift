import CFuzzer
import Glibc

// Set once, before the driver starts its only thread.
nonisolated(unsafe) private var body: (UnsafeRawBufferPointer) -> Void = { _ in }

/// Hands libFuzzer's inputs to `test` until its limits are reached, and ends the process; a trap is a finding.
public func fuzz(_ test: @escaping (UnsafeRawBufferPointer) -> Void) -> Never {
  body = test
  var count = CommandLine.argc
  var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
  exit(
    LLVMFuzzerRunDriver(&count, &arguments) { start, count in
      body(UnsafeRawBufferPointer(start: start, count: count))
      return 0
    })
}
