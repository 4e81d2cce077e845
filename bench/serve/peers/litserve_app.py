import sys

import litserve
import scorer


class Api(litserve.LitAPI):
    def setup(self, device):
        self.score = scorer.load()

    def decode_request(self, request):
        return request["data"]

    def predict(self, rows):
        return self.score(rows)

    def encode_response(self, output):
        return output


if __name__ == "__main__":
    server = litserve.LitServer(Api(api_path="/score"), accelerator="cpu", workers_per_device=1)
    server.run(host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False, log_level="warning")
