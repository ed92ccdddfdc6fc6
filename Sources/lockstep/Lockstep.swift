import CommandLineInterface

/// The program: its commands, in the order help lists them.
enum Lockstep {
  static let version = "0.1.0"

  static let program = Program(
    "lockstep", version: version,
    summary: "A market simulator and backtesting lab.",
    commands: [Doctor.command])
}
