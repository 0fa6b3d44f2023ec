#include "app/worker_pool.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <string>
#include <vector>

using doorstep::server::WorkerPool;

TEST_CASE("worker pool: stopped: what was taken on is done, nothing more is taken") {
  std::atomic<int> done{0};
  WorkerPool pool(2, 1000, 1000);
  for (int i = 0; i < 500; ++i) REQUIRE(pool.post(1, [&] { ++done; }));
  pool.stop();
  CHECK(done == 500);
  CHECK_FALSE(pool.post(1, [] {}));
}

TEST_CASE("worker pool: queue full: more is refused, second halves are not") {
  std::promise<void> started;
  std::promise<void> gate;
  std::atomic<int> done{0};
  WorkerPool pool(1, 2, 2);
  REQUIRE(pool.post(1, [&] {
    started.set_value();
    gate.get_future().wait();
  }));
  started.get_future().wait();
  CHECK(pool.post(1, [&] { ++done; }));
  CHECK(pool.post(1, [&] { ++done; }));
  CHECK_FALSE(pool.post(1, [&] { ++done; }));
  pool.post_surely(2, [&] { ++done; });
  CHECK(pool.waiting() == 3);
  gate.set_value();
  pool.stop();
  CHECK(done == 3);
}

TEST_CASE("worker pool: one line is long: the others take turns with it") {
  std::promise<void> started;
  std::promise<void> gate;
  std::vector<std::string> order;
  WorkerPool pool(1, 100, 50);
  REQUIRE(pool.post(9, [&] {
    started.set_value();
    gate.get_future().wait();
  }));
  started.get_future().wait();
  for (int i = 0; i < 50; ++i) REQUIRE(pool.post(1, [&] { order.emplace_back("heavy"); }));
  CHECK_FALSE(pool.post(1, [] {}));  // Its line is full, the queue is not.
  for (int phone = 0; phone < 3; ++phone)
    REQUIRE(pool.post(100 + static_cast<std::uint64_t>(phone),
                      [&, phone] { order.push_back("light " + std::to_string(phone)); }));
  REQUIRE(pool.post(100, [&] { order.emplace_back("light 0 again"); }));
  CHECK(pool.waiting() == 54);
  gate.set_value();
  pool.stop();
  REQUIRE(order.size() == 54);
  order.resize(7);
  CHECK(order == std::vector<std::string>{"heavy", "light 0", "light 1", "light 2", "heavy", "light 0 again",
                                          "heavy"});
}
