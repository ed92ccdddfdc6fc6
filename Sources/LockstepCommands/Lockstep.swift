import Catalogue
package import CommandLineInterface
public import Lab
import Ledger
import Reporting
import Simulation
import TickImport
import TickStore

/// The program: its commands, in the order help lists them.
public enum Lockstep {
  public static let version = "0.1.0"

  /// Runs the process's own command line, with the built-in strategies and `strategies`, and ends the process.
  public static func main(strategies: [StrategyEntry] = []) -> Never {
    InstructionSet.require()
    program(strategies: strategies).main()
  }

  /// The command line with the built-in strategies and `strategies`.
  package static func program(strategies: [StrategyEntry] = []) -> Program {
    let registry = StrategyRegistry(StrategyRegistry.builtIn + strategies)
    return Program(
      "lockstep", version: version,
      summary: "A market simulator and backtesting lab.",
      examples: ["run Scenarios/quickstart.toml", "inspect Datasets/sample/day.ticks"],
      commands: [
        Run.command(registry), Resume.command(registry), Estimate.command(registry), Explain.command, Report.command,
        Compare.command, Runs.command, LedgerCommand.command, Config.command(registry), Import.command,
        Inspect.command, Cat.command, Export.command,
        Verify.command(registry), Repair.command, Formats.command, Simulate.command, Calibrate.command, Facts.command,
        Dividends.command,
        Doctor.command,
      ],
      explain: explain)
  }

  /// What a library's error means for the user and the exit code.
  @Sendable
  static func explain(_ error: any Error) -> Failure? {
    switch error {
    case let error as TickStoreError: explain(error)
    case let error as ImportError: explain(error)
    case let error as ScenarioError: Failure(error.isUnreadable ? .badData : .badConfiguration, error.description)
    case let error as RunError: explain(error)
    case let error as LedgerError: explain(error)
    case let error as CatalogueError: Failure(error.kind == .misuse ? .usage : .failure, error.description)
    case let error as HDF5Error: Failure(.failure, error.description)
    case let error as MarketModelError: Failure(.badConfiguration, error.description)
    case let error as SurveyError: Failure(.badData, error.description)
    default: nil
    }
  }

  private static func explain(_ error: LedgerError) -> Failure {
    switch error.kind {
    case .system, .busy, .misuse: Failure(.failure, error.description)
    case .notLedger: Failure(.badData, error.description)
    case .damaged, .truncated, .rewritten:
      Failure(
        .verificationFailed, error.description,
        advice: "Something other than Lockstep changed the ledger; restore it from a copy.")
    }
  }

  private static func explain(_ error: RunError) -> Failure {
    let code: ExitCode =
      switch error.kind {
      case .badData: .badData
      case .badScenario: .badConfiguration
      case .system, .occupied: .failure
      case .mismatch: .verificationFailed
      case .interrupted: .interrupted
      }
    return Failure(code, error.message, advice: error.advice)
  }

  private static func explain(_ error: ImportError) -> Failure {
    switch error.cause {
    case .badInput: Failure(.badData, error.description)
    case .badOutput: Failure(.failure, error.description)
    case .cancelled: Failure(.interrupted, "interrupted")
    }
  }

  private static func explain(_ error: TickStoreError) -> Failure {
    switch error.kind {
    case .system: Failure(.failure, error.description)
    case .notTicks:
      Failure(
        .badData, error.description, advice: "Turn it into a tick file with: lockstep import SOURCE -o FILE.ticks")
    case .torn:
      Failure(
        .badData, error.description, advice: "Recover its complete blocks with: lockstep repair FILE -o OUT.ticks")
    case .corrupt: Failure(.badData, error.description)
    case .misuse: Failure(.failure, error.description)
    }
  }
}
