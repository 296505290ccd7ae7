#!/bin/sh
# The peer: what Longshore does, by hand, with the AWS command line, the OpenSSH client and
# docker. It is meant to be fast: machines are worked on side by side, host keys are pinned
# before the first connection, and one connection serves all steps of a run on a machine.
#
#   peer.sh up            machines from nothing, Docker, image, container, URL
#   peer.sh check         build, compare image and settings, ask the URL; deploy on difference
#   peer.sh check-cloud   the same, with one look at the cloud meanwhile
#   peer.sh deploy        build, send, replace, wait until healthy, ask the URL
#   peer.sh down          everything away
#
# In the environment: NAME, COUNT (machines), APP (a folder with a Dockerfile), WORK (a short
# path for keys, sockets and state), ADDRESS_URL (says the address we come from).
set -eu

IMAGE=longshore-benchmark/$NAME
PORT=8080
RUN="--name web --restart unless-stopped --publish $PORT:$PORT"
SETTINGS=$(printf %s "$RUN" | cksum | cut -d ' ' -f 1)
LOGIN=deploy
BOOT_TRIES=300 # of a fifth of a second
HEALTH_TRIES=600 # of a tenth of a second

ssh_to() { # address, further arguments of ssh
  address=$1
  shift
  # shellcheck disable=SC2086
  ssh -F none -i "$WORK/key" -l $LOGIN -o BatchMode=yes -o IdentitiesOnly=yes \
    -o StrictHostKeyChecking=yes -o UserKnownHostsFile="$WORK/known_hosts" \
    -o ConnectTimeout=5 -o LogLevel=ERROR $SHARED "$address" "$@"
}

# With only one step to do, a shared connection would cost more than it saves.
SHARED=
share_connections() {
  SHARED="-o ControlMaster=auto -o ControlPath=$WORK/%h -o ControlPersist=60"
  trap end_connections EXIT
}

end_connections() {
  for socket in "$WORK"/*.*.*.*; do
    [ ! -S "$socket" ] || ssh -F none -o LogLevel=ERROR -O exit -o ControlPath="$socket" peer &
  done
  wait
}

mark() { date "+$1 %s.%N" >> "$WORK/marks"; }

everywhere() { # command: for each machine with its address, side by side; all must end well
  pids=
  while read -r _ address; do
    "$@" "$address" < /dev/null &
    pids="$pids $!"
  done < "$WORK/machines"
  for pid in $pids; do wait "$pid"; done
}

build() { docker build --quiet --tag "$IMAGE" "$APP" > "$WORK/image"; }

# --- the cloud -------------------------------------------------------------------------------

make_group() {
  group=$(aws ec2 create-security-group --group-name "$NAME" --description "$NAME" \
    --query GroupId --output text)
  me=$(curl -fsS "$ADDRESS_URL")
  aws ec2 authorize-security-group-ingress --group-id "$group" --ip-permissions \
    "IpProtocol=tcp,FromPort=22,ToPort=22,IpRanges=[{CidrIp=$me/32}]" \
    "IpProtocol=tcp,FromPort=$PORT,ToPort=$PORT,IpRanges=[{CidrIp=0.0.0.0/0}]" > /dev/null
  echo "$group" > "$WORK/group"
}

find_image() {
  aws ssm get-parameter --name /aws/service/debian/release/12/latest/amd64 \
    --query Parameter.Value --output text > "$WORK/ami"
}

import_key() {
  aws ec2 import-key-pair --key-name "$NAME" --public-key-material "fileb://$WORK/key.pub" \
    > /dev/null
}

user_data() { # number
  cat << YAML
#cloud-config
hostname: $NAME-$1
ssh_deletekeys: true
ssh_genkeytypes: [ed25519]
ssh_keys:
  ed25519_private: |
$(sed 's/^/    /' "$WORK/host-$1")
  ed25519_public: $(cat "$WORK/host-$1.pub")
groups: [docker]
users:
  - name: $LOGIN
    groups: docker
    shell: /bin/bash
    sudo: ALL=(ALL) NOPASSWD:ALL
    ssh_authorized_keys: ["$(cat "$WORK/key.pub")"]
YAML
}

make_machine() { # number
  ssh-keygen -q -t ed25519 -N '' -C "$NAME-$1" -f "$WORK/host-$1"
  user_data "$1" > "$WORK/user-data-$1"
  aws ec2 run-instances --image-id "$(cat "$WORK/ami")" --instance-type t3.medium --count 1 \
    --key-name "$NAME" --security-group-ids "$(cat "$WORK/group")" \
    --associate-public-ip-address --user-data "file://$WORK/user-data-$1" \
    --metadata-options HttpTokens=required,HttpPutResponseHopLimit=1 \
    --block-device-mappings \
    'DeviceName=/dev/xvda,Ebs={VolumeSize=20,VolumeType=gp3,Encrypted=true}' \
    --tag-specifications "ResourceType=instance,Tags=[{Key=benchmark,Value=$NAME}]" \
    --query 'Instances[0].InstanceId' --output text > "$WORK/instance-$1"
}

# `aws ec2 wait` looks every 15 seconds; this looks as often as the command line can.
wait_for_machines() {
  ids=$(cat "$WORK"/instance-*)
  until
    # shellcheck disable=SC2086
    aws ec2 describe-instances --instance-ids $ids --output text --query \
      "Reservations[].Instances[?State.Name=='running'][].[InstanceId,PublicIpAddress]" \
      > "$WORK/machines"
    [ "$(wc -l < "$WORK/machines")" -eq "$COUNT" ]
  do sleep 0.2; done
  for number in $(seq "$COUNT"); do
    id=$(cat "$WORK/instance-$number")
    address=$(sed -n "s/^${id}[[:space:]]*//p" "$WORK/machines")
    echo "$address $(cut -d ' ' -f 1,2 "$WORK/host-$number.pub")"
  done > "$WORK/known_hosts"
}

make_machines() {
  ssh-keygen -q -t ed25519 -N '' -C "$NAME" -f "$WORK/key"
  pids=
  for part in make_group find_image import_key; do
    $part &
    pids="$pids $!"
  done
  for pid in $pids; do wait "$pid"; done
  pids=
  for number in $(seq "$COUNT"); do
    make_machine "$number" &
    pids="$pids $!"
  done
  for pid in $pids; do wait "$pid"; done
  wait_for_machines
}

look_at_cloud() {
  aws ec2 describe-instances --filters "Name=tag:benchmark,Values=$NAME" \
    Name=instance-state-name,Values=running --output text \
    --query 'Reservations[].Instances[].[InstanceId,PublicIpAddress]' | sort > "$WORK/seen"
  sort "$WORK/machines" | cmp -s - "$WORK/seen"
}

# --- one machine -----------------------------------------------------------------------------

wait_for_ssh() { # address
  tries=0
  until ssh_to "$1" true 2> "$WORK/$1.log"; do
    tries=$((tries + 1))
    [ $tries -lt $BOOT_TRIES ] || { cat "$WORK/$1.log" >&2; return 1; }
    sleep 0.2
  done
}

install_docker() { # address
  ssh_to "$1" sudo sh -s << 'REMOTE'
set -eu
export DEBIAN_FRONTEND=noninteractive
mkdir -p /etc/docker
cat > /etc/docker/daemon.json << 'JSON'
{"live-restore": true, "log-driver": "json-file", "log-opts": {"max-file": "3", "max-size": "10m"}}
JSON
{
  apt-get -q -o DPkg::Lock::Timeout=300 update
  apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends \
    docker.io ca-certificates
  systemctl enable --now docker
} > /tmp/install.log 2>&1 || { tail -n 20 /tmp/install.log >&2; exit 1; }
REMOTE
}

send_image() { # address
  docker save "$IMAGE" | ssh_to "$1" docker load --quiet > /dev/null
}

run_container() { # address
  ssh_to "$1" sh -s << REMOTE
set -eu
docker rm --force web > /dev/null 2>&1 || true
docker run --detach $RUN --label settings=$SETTINGS $IMAGE > /dev/null
tries=0
until [ "\$(docker inspect --format '{{.State.Health.Status}}' web)" = healthy ]; do
  tries=\$((tries + 1))
  [ \$tries -lt $HEALTH_TRIES ] || { docker logs --tail 20 web >&2; exit 1; }
  sleep 0.1
done
REMOTE
}

ask_url() { # address
  curl -fsS --max-time 10 --retry 20 --retry-delay 1 --retry-connrefused \
    "http://$1:$PORT/" > "$WORK/$1.page"
}

deploy_one() { # address
  send_image "$1"
  run_container "$1"
  ask_url "$1"
}

begin_one() { # address; the image is built meanwhile
  wait_for_ssh "$1"
  install_docker "$1"
  until [ -e "$WORK/built" ]; do
    [ ! -e "$WORK/build-failed" ] || return 1
    sleep 0.1
  done
  deploy_one "$1"
}

check_one() { # address
  seen=$(ssh_to "$1" "docker inspect --format '{{.Image}} {{.State.Status}} \
{{.State.Health.Status}} {{index .Config.Labels \"settings\"}}' web") || seen=none
  if [ "$seen" = "$(cat "$WORK/image") running healthy $SETTINGS" ]; then
    ask_url "$1"
  else
    echo "changed: $seen" >&2
    deploy_one "$1"
  fi
}

# --- the commands ----------------------------------------------------------------------------

mkdir -p "$WORK"
case $1 in
  up)
    share_connections
    mark began
    if build; then touch "$WORK/built"; else touch "$WORK/build-failed"; fi &
    make_machines
    mark machines-run
    everywhere begin_one
    ;;
  check)
    build
    everywhere check_one
    ;;
  check-cloud)
    look_at_cloud &
    look=$!
    build
    everywhere check_one
    wait $look
    ;;
  deploy)
    share_connections
    build
    everywhere deploy_one
    ;;
  down)
    ids=$(cat "$WORK"/instance-* 2> /dev/null || true)
    if [ -n "$ids" ]; then
      # shellcheck disable=SC2086
      aws ec2 terminate-instances --instance-ids $ids > /dev/null
      # shellcheck disable=SC2086
      until aws ec2 describe-instances --instance-ids $ids --output text \
        --query "Reservations[].Instances[?State.Name!='terminated'][].[InstanceId]" |
        grep -c . | grep -qx 0
      do sleep 0.5; done
    fi
    aws ec2 delete-security-group --group-name "$NAME" > /dev/null
    aws ec2 delete-key-pair --key-name "$NAME" > /dev/null
    rm -rf "$WORK"
    ;;
  *)
    echo "unknown: $1" >&2
    exit 2
    ;;
esac
