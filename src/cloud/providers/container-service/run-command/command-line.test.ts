import { expect, test } from "vitest";
import { parseCommands } from "./command-line.ts";

test("reads words, quotes and separators as a shell does", () => {
  expect(
    parseCommands(`kubectl get pods -o 'jsonpath={.items[*].metadata.name}' && kubectl delete pod "a b" ; kubectl version`),
  ).toEqual([
    { words: ["kubectl", "get", "pods", "-o", "jsonpath={.items[*].metadata.name}"], after: "always" },
    { words: ["kubectl", "delete", "pod", "a b"], after: "success" },
    { words: ["kubectl", "version"], after: "always" },
  ]);
});

test.each([
  "kubectl get pods -o jsonpath='{..metadata.name}'",
  `kubectl patch deployment/web --type=json -p '[{"op":"add","path":"/metadata/labels/a","value":"b"}]'`,
  "kubectl apply -k overlays/dev --server-side",
  "kubectl rollout status deployment/web",
  "kubectl -n ml-workloads get pods",
  "kubectl --namespace=ml-workloads get pods -lapp=server -owide",
])("%s is taken", (line) => {
  expect(parseCommands(line)).toHaveLength(1);
});

test.each([
  ["", "empty"],
  ["helm install x", "helm"],
  ["kubectl get pods | grep x", '"| grep x'],
  ["kubectl get pods > file", '"> file'],
  ["kubectl get $(cat x)", '"$(cat x)'],
  ["kubectl exec pod -- sh", "kubectl exec"],
  ["kubectl get pods --kubeconfig other", "--kubeconfig"],
  ["kubectl get pods --token=x", "--token"],
  ["kubectl apply -f /etc/passwd", "/etc/passwd"],
  ["kubectl apply -k ../elsewhere", "../elsewhere"],
  ["kubectl apply -f https://example.com/x.yaml", "https://example.com/x.yaml"],
  ["kubectl create configmap x --from-file=~/x", "~/x"],
  ["kubectl create configmap x --from-file=key=/etc/passwd", "/etc/passwd"],
  ["kubectl create configmap x --from-file key=/etc/passwd", "/etc/passwd"],
  ["kubectl apply -f/etc/passwd", "/etc/passwd"],
  ["kubectl apply -Rf/etc/passwd", "/etc/passwd"],
  ["kubectl get pods -As localhost:8080", "-As"],
  ["kubectl get pods -slocalhost:8080", "-slocalhost"],
  ["kubectl -n get config set-credentials caller --exec-command=sh", "kubectl config"],
  ["kubectl --request-timeout get config view", "--request-timeout ahead of"],
  ["kubectl apply -f a.yaml,/etc/passwd", "/etc/passwd"],
  ["kubectl apply -k git@example.com:x", "git@example.com"],
])("%j is refused by name", (line, said) => {
  expect(() => parseCommands(line)).toThrow(said);
});
