// A questionnaire in a terminal. Run: form FORM.json; an empty line passes a question over.
#include <chrono>
#include <doorstep/form.hpp>
#include <fstream>
#include <iostream>
#include <iterator>

int main(int argc, char** argv) {
  std::ifstream file(argc > 1 ? argv[1] : "form.json");
  const std::string definition{std::istreambuf_iterator<char>(file), {}};
  const auto form = doorstep::Form::parse(definition);
  if (!form) return std::cerr << form.error().zh << '\n' << form.error().en << '\n', 1;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  auto session = doorstep::FormSession::begin(
      *form, {std::chrono::duration_cast<std::chrono::milliseconds>(now).count()});
  if (!session) return std::cerr << session.error().zh << '\n' << session.error().en << '\n', 1;

  std::cout << form->title().zh << "  " << form->digest() << '\n';
  for (auto step = session->first(); step;) {
    const bool repeat = step->kind == doorstep::FormStep::Kind::repeat;
    std::cout << '\n' << step->path << "  " << step->label.zh << (step->required ? " *" : "") << '\n';
    for (const auto& choice : step->choices)
      std::cout << "  " << choice.value << "  " << choice.label.zh << '\n';
    std::string typed;
    if (!step->read_only && (!repeat || step->can_add)) {
      std::cout << (repeat ? "+ > " : "> ") << std::flush;
      if (!std::getline(std::cin, typed)) break;
    }
    if (!typed.empty()) {
      const auto change = repeat ? session->add(step->path) : session->set(step->path, typed);
      if (!change) {  // The same question again, with what to write instead.
        std::cout << change.error().zh << '\n';
        continue;
      }
    }
    step = session->next();
  }
  const auto result = session->finish();
  for (const auto& problem : result.problems) std::cout << problem.path << ": " << problem.message.zh << '\n';
  std::cout << '\n' << result.answers << '\n';
  return result.problems.empty() ? 0 : 2;
}
