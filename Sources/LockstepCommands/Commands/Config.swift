import CommandLineInterface
import Lab
import Strategies

/// `lockstep config`: what a scenario resolves to, and what its keys mean.
enum Config {
  static let key = Argument<String>(.text("KEY"), "A key such as latency.new_order.nanoseconds, or a part of one.")

  static func command(_ registry: StrategyRegistry) -> Command {
    Command(
      "config", summary: "Show resolved scenarios and explain their keys.",
      subcommands: [show(registry), schema(registry), explain(registry), strategies(registry)])
  }

  private static func show(_ registry: StrategyRegistry) -> Command {
    Command(
      "show", summary: "Print a scenario with every key resolved.",
      examples: ["config show Scenarios/quickstart.toml --set run.seed=7"], discussion: ScenarioAccess.overrideNote,
      parameters: [ScenarioAccess.scenario, ScenarioAccess.set]
    ) { invocation in
      try invocation.console.write(try ScenarioAccess.read(invocation, registry).text(withFolder: true))
      return .success
    }
  }

  private static func schema(_ registry: StrategyRegistry) -> Command {
    Command(
      "schema", summary: "List every key of scenario files with type, range and default.", examples: ["config schema"],
      parameters: [CommonParameters.json]
    ) { invocation in
      let keys = try keys(registry)
      if invocation[CommonParameters.json] {
        try invocation.console.writeLine(JSONValue.array(keys.map(json)).indentedText)
      } else {
        for key in keys { try invocation.console.writeLine(line(key)) }
      }
      return .success
    }
  }

  private static func explain(_ registry: StrategyRegistry) -> Command {
    Command(
      "explain", summary: "Explain a key of scenario files.", examples: ["config explain latency.new_order"],
      parameters: [key, CommonParameters.json]
    ) { invocation in
      let all = try keys(registry)
      let found = try KeySearch.find(invocation[key], among: all)
      if invocation[CommonParameters.json] {
        try invocation.console.writeLine(JSONValue.array(found.map(json)).indentedText)
      } else {
        for key in found { try invocation.console.writeLine(paragraph(key)) }
      }
      return .success
    }
  }

  private static func strategies(_ registry: StrategyRegistry) -> Command {
    Command(
      "strategies", summary: "List the strategies that scenarios can name.", examples: ["config strategies"],
      parameters: [CommonParameters.json]
    ) { invocation in
      if invocation[CommonParameters.json] {
        let entries = registry.entries.map { entry -> JSONValue in
          .object([
            "name": .string(entry.name), "summary": .string(entry.summary),
            "parameters": .array(
              entry.parameters.map {
                .object([
                  "name": .string($0.name), "summary": .string($0.summary), "default": .number($0.defaultValue),
                  "lowest": .number($0.range.lowerBound), "highest": .number($0.range.upperBound),
                ])
              }),
          ])
        }
        try invocation.console.writeLine(JSONValue.array(entries).indentedText)
        return .success
      }
      for entry in registry.entries {
        try invocation.console.writeLine(entry.summary.isEmpty ? entry.name : "\(entry.name): \(entry.summary)")
        for parameter in entry.parameters {
          try invocation.console.writeLine(
            "  \(parameter.name) = \(number(parameter.defaultValue))  # \(parameter.summary), "
              + "from \(number(parameter.range.lowerBound)) to \(number(parameter.range.upperBound))")
        }
      }
      return .success
    }
  }

  /// The keys of files and the parameters of every strategy.
  private static func keys(_ registry: StrategyRegistry) throws -> [ScenarioKey] {
    try Scenario.keys().flatMap { key -> [ScenarioKey] in
      guard key.path == "strategy.parameters.*" else { return [key] }
      return registry.entries.flatMap { entry in
        entry.parameters.map { parameter in
          ScenarioKey(
            path: "strategy.parameters.\(parameter.name)", type: parameter.isWhole ? "whole number" : "number",
            range: "from \(number(parameter.range.lowerBound)) to \(number(parameter.range.upperBound))",
            defaultText: number(parameter.defaultValue), meaning: "\(parameter.summary) (of \(entry.name))")
        }
      }
    }
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && value.magnitude < 1e15 ? String(Int64(value)) : "\(value)"
  }

  private static func line(_ key: ScenarioKey) -> String {
    let start = key.defaultText.isEmpty ? key.path : "\(key.path) = \(key.defaultText)"
    let words = [key.type + (key.range.isEmpty ? "" : " \(key.range)"), key.meaning].filter { !$0.isEmpty }
    return "\(start)  # \(words.joined(separator: "; "))"
  }

  private static func paragraph(_ key: ScenarioKey) -> String {
    var lines = [key.path]
    if !key.meaning.isEmpty { lines.append("  \(key.meaning)") }
    lines.append("  \(key.type)" + (key.range.isEmpty ? "" : ", \(key.range)"))
    lines.append(key.defaultText.isEmpty ? "  absent by default" : "  default \(key.defaultText)")
    return lines.joined(separator: "\n")
  }

  private static func json(_ key: ScenarioKey) -> JSONValue {
    .object([
      "key": .string(key.path), "type": .string(key.type), "range": .string(key.range),
      "default": .string(key.defaultText), "meaning": .string(key.meaning),
    ])
  }
}
