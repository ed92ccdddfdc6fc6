import CProcessor
import Glibc

/// The instructions this program was compiled for.
enum InstructionSet {
  static let name: String = {
    #if arch(x86_64)
      "x86-64-v3 (AVX2)"
    #else
      "arm64"
    #endif
  }()

  static var isSupported: Bool { processor_supports_baseline() != 0 }

  /// Ends the process with a message where the processor lacks them; otherwise it would end with "illegal instruction".
  static func require() {
    guard !isSupported else { return }
    // A static text and a system call: anything larger may already hold a wide instruction.
    let message: StaticString = """
      lockstep: error: this processor lacks the instructions x86-64-v3 (AVX2, BMI2, FMA).
      Lockstep needs an Intel processor from 2013 (Haswell) or an AMD one from 2015 (Excavator), or newer.

      """
    _ = write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
    exit(1)
  }
}
