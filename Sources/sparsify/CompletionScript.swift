internal import ArgumentParser

/// The shells there are completions for.
enum Shell: String, CaseIterable, ExpressibleByArgument, Encodable {
  case bash, zsh, fish
}

extension Shell {
  /// The script that completes words of this command.
  ///
  /// The argument parser's own knows the default subcommand's words only behind its name; here they
  /// are offered without it, too.
  var completionScript: String {
    switch self {
    case .bash:
      Sparsify.completionScript(for: .bash).inserting(
        """
                unparsed_words=("${subcommand}" "${unparsed_words[@]}")
                _sparsify_convert
                ((COMP_CWORD > 1)) && return

        """, before: "        # Offer subcommand completions\n")
    case .zsh:
      Sparsify.completionScript(for: .zsh).inserting(
        """
                _files && ret=0

        """, before: "        ;;\n    arg)\n"
      ).inserting(
        """
                *)
                    words=(convert "${words[@]}")
                    ((CURRENT++))
                    _sparsify_convert && ret=0
                    ;;

        """, before: "        esac\n        ;;\n    esac\n\n    return \"${ret}\"\n")
    case .fish:
      Sparsify.completionScript(for: .fish)
        + "\ncomplete -c 'sparsify' -n 'not __fish_seen_subcommand_from \(Self.subcommands)' -F"
    }
  }

  private static var subcommands: String {
    Sparsify.subcommandNames.joined(separator: " ")
  }
}

extension String {
  /// The text with `addition` before the first place where `mark` stands, if it does.
  fileprivate func inserting(_ addition: String, before mark: String) -> String {
    guard let place = firstRange(of: mark) else { return self }
    return self[..<place.lowerBound] + addition + self[place.lowerBound...]
  }
}
