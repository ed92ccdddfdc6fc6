import TickStore

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// Runs libFuzzer; every input is read as it is, and again with its checksums made right.
@main
enum TickFileFuzzer {
  static func main() {
    var count = CommandLine.argc
    var arguments = CommandLine.unsafeArgv
    _ = runDriver(&count, &arguments) { start, count in
      let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
      TickFileFuzz.run(bytes)
      TickFileFuzz.run(TickFileFuzz.resealed(bytes))
      return 0
    }
  }
}
